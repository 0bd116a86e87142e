-- Ends a transaction: the only way an open one becomes final. The first outcome stands.
-- KEYS record, terminal (endpoint), terminalMailbox, mail, due, outbox, payments, then for each recipient: desktop (endpoint), its mailbox
-- ARGV cause ('terminal' | 'undelivered' | 'unanswered' | 'disconnected' | 'cancelled'), terminalKey (who answers, for
--      'terminal'), status, failure (errorCode of the gateway or ''), eventId, recipients (key ids as the caller knows them,
--      joined by line feeds), before, response (open JSON object), missing (members to be filled from the request), after,
--      retrySafe ('true' | 'false' | ''), terminalMember, member (in due), escapedId, channel, keepMs, instance,
--      errorCode (of the answer or ''), then for each recipient its member
-- Returns {'settled', version, '1' if webhooks are to be told else '', ms since it was accepted} | {'repeated', status} (it was final before)
--      | {'full', status} (it was final before, and this contradiction finds no room: it must not be acknowledged)
--      | {'late'} (it was given up before; see late.lua)
--      | {'unknown'} (no such transaction, or never sent to this terminal) | {'not_due'} (the cause does not hold)
--      | {'recipients', actual} (nothing was done; call again with these)
-- Effects: terminal free, deadline and mail to it gone, the push in every recipient's mailbox; an answer that contradicts a
--      final one is kept with it. The event for the webhooks is due in the outbox
local record, terminal, terminalMailbox, mail, due, outbox, payments =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7]
local cause, terminalKey, status, failure, eventId, recipients, before, response, missing, after, retrySafe =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9], ARGV[10], ARGV[11]
local terminalMember, member, escapedId, channel, keepMs, instance, errorCode =
  ARGV[12], ARGV[13], ARGV[14], ARGV[15], ARGV[16], ARGV[17], ARGV[18]

local state = redis.call('HMGET', record, 'status', 'delivery', 'terminalKey', 'recipients', 'dispatches', 'failure',
  'lateStatus', 'conflicts', 'webhooks', 'createdAt', 'version', 'watchers', 'step.result', 'inquiry', 'cancelledBy')
if not state[1] or (cause == 'terminal' and (state[3] ~= terminalKey or not state[5])) then
  return { 'unknown' }
end
local now = nowMs()
if state[1] ~= 'PENDING' and state[1] ~= 'AWAITING_RECONNECT' then
  if cause ~= 'terminal' then
    return { 'not_due' }
  end
  if state[6] and state[6] ~= '' and not state[7] then
    return { 'late' }
  end
  if (state[7] or state[1]) ~= status then
    local conflict = complete(record, response, missing)
    local kept = state[8] and state[8] .. ',' or ''
    if not string.find(kept, conflict, 1, true) then
      if #kept + #conflict > 1048576 then
        return { 'full', state[1] }
      end
      redis.call('HSET', record, 'conflicts', kept .. conflict, 'disputed', '1')
      redis.call('ZADD', payments, now + keepMs, member)
      change(record, now)
    end
  end
  return { 'repeated', state[1] }
end

local owner = redis.call('HMGET', terminal, 'state', 'dev', 'tx')
local function isOverdue()
  return tonumber(redis.call('ZSCORE', due, member) or 'inf') <= now
end
local function holds()
  if cause == 'terminal' then
    return true
  elseif cause == 'cancelled' then
    return state[2] == 'queued' and not state[5]
  elseif cause == 'undelivered' then
    return state[2] == 'queued' and isOverdue()
  elseif cause == 'unanswered' then
    return state[1] == 'PENDING' and state[2] ~= 'queued' and isOverdue()
  elseif cause == 'disconnected' then
    return owner[1] ~= 'online' and state[2] ~= 'queued'
      and (owner[2] == '' or (state[1] == 'AWAITING_RECONNECT' and isOverdue()))
  end
end
if not holds() then
  return { 'not_due' }
end
if state[4] ~= recipients then
  return { 'recipients', state[4] }
end

local answer = complete(record, response, missing)
local version = raised(state[11])
local push = before .. answer .. after .. version .. '}'
amend(record, version, state[12], now, 'status', status, 'failure', failure, 'push', push, 'eventId', eventId,
  'retrySafe', retrySafe, 'errorCode', errorCode, 'completedAt', whole(now),
  'delivery', cause == 'terminal' and 'received' or state[2], 'step.result', state[13] or stepText(now, instance))
if state[14] or state[15] then
  redis.call('HDEL', record, 'inquiry', 'cancelledBy')
end
redis.call('PEXPIRE', record, keepMs)
redis.call('ZADD', payments, now + keepMs, member)
redis.call('ZREM', due, member)
if owner[3] == member then
  redis.call('HDEL', terminal, 'tx')
end
withdraw(terminalMailbox, mail, terminalMember, 'p:' .. escapedId, 'i:' .. escapedId, 'c:' .. escapedId)
depositForAll(recipients, 8, 19, mail, channel, keepMs, 'r:' .. escapedId, push)
if state[9] then
  redis.call('ZADD', outbox, now, member .. '\nresult')
  redis.call('ZREM', outbox, member .. '\ntimeout')
end
return { 'settled', version, state[9] and '1' or '', whole(now - tonumber(state[10])) }
