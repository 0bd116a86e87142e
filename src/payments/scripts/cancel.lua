-- Asks for the cancellation of a payment.
-- KEYS record, terminal (endpoint), terminalMailbox, mail
-- ARGV desktopKey ('' if no push is wanted), terminalMember, escapedId, channel, keepMs, instance, frame (cancelPayment)
-- Returns {'unknown'} | {'final', status} | {'queued'} (not handed over yet: the caller ends it) | {'asked'} (the terminal
--      decides; the answer comes as a result or as `cancelResponse`)
-- Effects: the request in the terminal's mailbox; the desktop gets the result too
local record, terminal, terminalMailbox, mail = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local desktopKey, terminalMember, escapedId, channel, keepMs, instance, frame =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7]

local state = redis.call('HMGET', record, 'status', 'delivery', 'dispatches', 'recipients', 'terminalKey', 'cancelledBy')
if not state[1] then
  return { 'unknown' }
end
if state[1] ~= 'PENDING' and state[1] ~= 'AWAITING_RECONNECT' then
  return { 'final', state[1] }
end
if state[2] == 'queued' and not state[3] then
  return { 'queued' }
end
local function with(list, keyId)
  if keyId == '' or string.find('\n' .. list .. '\n', '\n' .. keyId .. '\n', 1, true) then
    return list
  end
  return list == '' and keyId or list .. '\n' .. keyId
end
redis.call('HDEL', record, 'step.cancelRefused')
step(record, 'cancelRequested', nowMs(), instance)
redis.call('HSET', record, 'recipients', with(state[4], desktopKey), 'cancelledBy', with(state[6] or '', desktopKey))
deposit(terminal, terminalMailbox, mail, state[5], terminalMember, channel, keepMs, 'c:' .. escapedId, frame)
return { 'asked' }
