-- Stores what a terminal says about a void.
-- KEYS record, terminalMailbox, mail, outbox, payments, then for each recipient: desktop (endpoint), its mailbox
-- ARGV terminalKey, terminalMember, member (in outbox and payments), escapedId, confirmed ('1' or ''), refusal (JSON object,
--      when not confirmed), recipients, before, after (halves of the paymentVoided frame), voidReason, channel, keepMs, instance,
--      then for each recipient its member
-- Returns {'voided'} | {'refused'} | {'repeated'} | {'unknown'} (no void was asked of this terminal)
--      | {'recipients', actual} (nothing was done)
-- Effects: VOIDED and paymentVoided to the recipients; a refused void stays pending and is sent again at the next reconnect
local record, terminalMailbox, mail, outbox, payments = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local terminalKey, terminalMember, member, escapedId, confirmed, refusal, recipients, before, after =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9]
local voidReason, channel, keepMs, instance = ARGV[10], ARGV[11], ARGV[12], ARGV[13]

local state = redis.call('HMGET', record, 'status', 'terminalKey', 'voidPending', 'recipients', 'late', 'voidRefusal',
  'webhooks')
if not state[1] or state[2] ~= terminalKey then
  return { 'unknown' }
end
if state[1] == 'VOIDED' then
  return { 'repeated' }
end
if state[3] ~= '1' then
  return { 'unknown' }
end
local now = nowMs()
if confirmed ~= '1' then
  if state[6] ~= refusal then
    redis.call('HSET', record, 'voidRefusal', refusal)
    redis.call('ZADD', payments, now + keepMs, member)
    step(record, 'voidRefused', now, instance)
    change(record, now)
  end
  return { 'refused' }
end
if state[4] ~= recipients then
  return { 'recipients', state[4] }
end
step(record, 'voided', now, instance)
local version = change(record, now)
redis.call('HSET', record, 'status', 'VOIDED', 'voidedAt', whole(now), 'voidReason', voidReason)
redis.call('HDEL', record, 'voidPending', 'voidRefusal')
redis.call('PEXPIRE', record, keepMs)
redis.call('ZADD', payments, now + keepMs, member)
withdraw(terminalMailbox, mail, terminalMember, 'v:' .. escapedId)
local push = before .. state[5] .. after .. version .. '}'
depositForAll(recipients, 6, 14, mail, channel, keepMs, 'w:' .. escapedId, push)
if state[7] then
  redis.call('ZADD', outbox, now, member .. '\nvoided')
end
return { 'voided' }
