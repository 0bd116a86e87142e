-- Stores the answer of a terminal to a payment that was given up before.
-- KEYS record, terminal (endpoint), terminalMailbox, mail, outbox, payments, then for each recipient: desktop (endpoint), its mailbox
-- ARGV terminalKey, status (that the answer leads to), policy ('void' | 'deliver'), response, missing (as in settle.lua),
--      voidBefore, voidAfter (halves of the voidPayment frame), eventId, recipients, before, after (halves of the
--      paymentComplete frame), terminalMember, member (in the outbox), escapedId, channel, keepMs, instance, then for each
--      recipient its member
-- Returns {'recorded'} | {'voiding'} | {'delivered'} | {'repeated'} | {'recipients', actual} (nothing was done)
-- Effects: an approval is voided at the terminal, or becomes the outcome after all; anything else is only recorded
local record, terminal, terminalMailbox, mail, outbox, payments =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local terminalKey, status, policy, response, missing, voidBefore, voidAfter, eventId, recipients, before, after =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9], ARGV[10], ARGV[11]
local terminalMember, member, escapedId, channel, keepMs, instance =
  ARGV[12], ARGV[13], ARGV[14], ARGV[15], ARGV[16], ARGV[17]

local state = redis.call('HMGET', record, 'status', 'terminalKey', 'lateStatus', 'recipients', 'webhooks', 'push')
if state[1] ~= 'FAILED' or state[2] ~= terminalKey or state[3] then
  return { 'repeated' }
end
if status == 'COMPLETED' and policy == 'deliver' and state[4] ~= recipients then
  return { 'recipients', state[4] }
end
local now = nowMs()
local answer = complete(record, response, missing)
redis.call('HSET', record, 'late', answer, 'lateStatus', status)
step(record, 'lateResult', now, instance)
local version = change(record, now)
redis.call('PEXPIRE', record, keepMs)
redis.call('ZADD', payments, now + keepMs, member)
if status ~= 'COMPLETED' then
  return { 'recorded' }
end
if policy == 'void' then
  redis.call('HSET', record, 'voidPending', '1')
  local frame = voidBefore .. answer .. voidAfter
  deposit(terminal, terminalMailbox, mail, terminalKey, terminalMember, channel, keepMs, 'v:' .. escapedId, frame)
  return { 'voiding' }
end
local push = before .. answer .. after .. version .. '}'
redis.call('HSET', record, 'status', 'COMPLETED', 'push', push, 'eventId', eventId, 'retrySafe', '',
  'errorCode', '', 'completedAt', whole(now))
depositForAll(recipients, 7, 18, mail, channel, keepMs, 'l:' .. escapedId, push)
if state[5] then
  redis.call('HSET', record, 'firstPush', state[6])
  redis.call('ZADD', outbox, now, member .. '\nlate')
end
return { 'delivered' }
