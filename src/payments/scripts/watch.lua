-- Begins or ends to tell an instance of every change of a transaction.
-- KEYS record
-- ARGV channel (of the instance), wanted ('1' | '')
-- Returns '1' if there is such a transaction, else ''
local record, channel, wanted = KEYS[1], ARGV[1], ARGV[2]

if redis.call('EXISTS', record) == 0 then
  return ''
end
local others = {}
for other in string.gmatch(redis.call('HGET', record, 'watchers') or '', '[^\n]+') do
  if other ~= channel then
    others[#others + 1] = other
  end
end
if wanted == '1' then
  others[#others + 1] = channel
end
if others[1] then
  redis.call('HSET', record, 'watchers', table.concat(others, '\n'))
else
  redis.call('HDEL', record, 'watchers')
end
return '1'
