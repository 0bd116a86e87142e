-- Notes what an operator has found out about a payment. The transaction itself stays as it is, its version too.
-- KEYS record, payments
-- ARGV version (of the record that the operator has judged), expected (resolution that gives way, '' for none), resolution
--      (JSON), member (in payments), keepMs
-- Returns {'noted'}, or {'changed'} if the payment or its resolution is another by now
-- Effects: the payment is listed as changed
local record, payments = KEYS[1], KEYS[2]
local version, expected, resolution, member, keepMs = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]

local state = redis.call('HMGET', record, 'version', 'resolution')
if state[2] == resolution then
  return { 'noted' }
end
if state[1] ~= version or (state[2] or '') ~= expected then
  return { 'changed' }
end
redis.call('HSET', record, 'resolution', resolution)
redis.call('ZADD', payments, nowMs() + keepMs, member)
return { 'noted' }
