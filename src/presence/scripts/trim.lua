-- Forgets the members of sorted sets whose time is over.
-- KEYS the sets
-- ARGV limit (most members that one set loses at a time)
-- Returns how many were forgotten
local limit = tonumber(ARGV[1])

local now = whole(nowMs())
local forgotten = 0
for i = 1, #KEYS do
  local over = math.min(redis.call('ZCOUNT', KEYS[i], '-inf', now), limit)
  if over > 0 then
    forgotten = forgotten + redis.call('ZREMRANGEBYRANK', KEYS[i], 0, over - 1)
  end
end
return forgotten
