-- Gives one connection of the terminal the right to be sent a payment, once. Who cannot claim does not write.
-- KEYS record, terminal (endpoint), due
-- ARGV epoch (of the connection), token (of this attempt; the same again gets the same answer), paymentTimeoutMs (0 = never),
--      member (in due), instance
-- Returns {'claimed', recipients, '1' if a desktop wants to see stages}, {'taken'} (it was claimed before), {'stale'} (the
--      connection is not the terminal's any more) or {'over'} (the transaction is final or gone)
-- Effects: delivery 'sent'; the delivery deadline gives way to that of the answer
local record, terminal, due = KEYS[1], KEYS[2], KEYS[3]
local epoch, token, paymentTimeoutMs, member, instance = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[5]

local owner = redis.call('HMGET', terminal, 'epoch', 'state')
if owner[1] ~= epoch or owner[2] ~= 'online' then
  return { 'stale' }
end
local state = redis.call('HMGET', record, 'status', 'delivery', 'claim', 'recipients', 'progress', 'dispatches',
  'step.claimed', 'version', 'watchers')
if state[1] ~= 'PENDING' then
  return { 'over' }
end
if state[3] == token then
  return { 'claimed', state[4], state[5] }
end
if state[2] ~= 'queued' then
  return { 'taken' }
end
local now = nowMs()
amend(record, raised(state[8]), state[9], now, 'delivery', 'sent', 'claim', token, 'sentAt', whole(now),
  'dispatches', raised(state[6]), 'step.claimed', state[7] or stepText(now, instance))
if paymentTimeoutMs > 0 then
  redis.call('ZADD', due, now + paymentTimeoutMs, member)
else
  redis.call('ZREM', due, member)
end
return { 'claimed', state[4], state[5] }
