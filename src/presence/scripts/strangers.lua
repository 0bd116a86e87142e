-- Compares who an instance takes for the owners of endpoints with who they are.
-- KEYS owned
-- ARGV instance, then for each endpoint: keyId, epoch of the instance's connection
-- Returns for each endpoint that another connection owns, or none: its place in the call, counted from 0, and its entry ('' if none)
local owned = KEYS[1]
local instance = ARGV[1]

local keyIds = {}
for i = 2, #ARGV, 2 do
  keyIds[#keyIds + 1] = ARGV[i]
end
local differing = {}
for i, entry in ipairs(redis.call('HMGET', owned, unpack(keyIds))) do
  local expected = ARGV[i * 2 + 1] .. ' ' .. instance .. ' '
  if not entry or string.sub(entry, 1, #expected) ~= expected then
    differing[#differing + 1] = whole(i - 1)
    differing[#differing + 1] = entry or ''
  end
end
return differing
