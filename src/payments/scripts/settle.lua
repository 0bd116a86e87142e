-- Ends a transaction: the only way it becomes final. The first outcome stands.
-- KEYS record, terminal (endpoint), terminalMailbox, mail, due, then for each recipient: desktop (endpoint), its mailbox
-- ARGV cause ('terminal' | 'undelivered' | 'unanswered'), terminalKey (who answers, for 'terminal'), status, eventId,
--      recipients (key ids as the caller knows them, joined by line feeds), before, response (open JSON object),
--      missing (names of response members to be filled from the request, joined by blanks), after, retrySafe ('true' |
--      'false' | ''), terminalMember, member (in due), mailId (payment), resultMailId, channel, keepMs,
--      then for each recipient its member
-- Returns {'settled', version} | {'repeated', status} (it was final before) | {'unknown'} (no such transaction, or not given
--      to this terminal) | {'not_due'} | {'recipients', actual} (nothing was done; call again with these)
-- Effects: terminal free, deadline and payment mail gone, the push in every recipient's mailbox
local record, terminal, terminalMailbox, mail, due = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local cause, terminalKey, status, eventId, recipients, before, response, missing, after, retrySafe =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9], ARGV[10]
local terminalMember, member, mailId, resultMailId, channel, keepMs =
  ARGV[11], ARGV[12], ARGV[13], ARGV[14], ARGV[15], ARGV[16]

local state = redis.call('HMGET', record, 'status', 'delivery', 'terminalKey', 'recipients', 'eventId')
if not state[1] or (cause == 'terminal' and (state[3] ~= terminalKey or state[2] == 'queued')) then
  return { 'unknown' }
end
if state[1] ~= 'PENDING' then
  return { 'repeated', state[1] }
end
local now = nowMs()
if cause ~= 'terminal' then
  local deadline = redis.call('ZSCORE', due, member)
  local undelivered = state[2] == 'queued'
  if not deadline or tonumber(deadline) > now or undelivered ~= (cause == 'undelivered') then
    return { 'not_due' }
  end
end
if state[4] ~= recipients then
  return { 'recipients', state[4] }
end

local members = {}
for name in string.gmatch(missing, '%S+') do
  local value = redis.call('HGET', record, 'request.' .. name)
  if value then
    members[#members + 1] = '"' .. name .. '":' .. value
  end
end
local version = redis.call('HINCRBY', record, 'version', 1)
local answer = string.gsub(response .. table.concat(members, ','), ',$', '') .. '}'
local push = before .. answer .. after .. version .. '}'
redis.call('HSET', record, 'status', status, 'push', push, 'eventId', eventId, 'retrySafe', retrySafe,
  'updatedAt', whole(now), 'completedAt', whole(now))
redis.call('PEXPIRE', record, keepMs)
redis.call('ZREM', due, member)
if redis.call('HGET', terminal, 'tx') == member then
  redis.call('HDEL', terminal, 'tx')
end
withdraw(terminalMailbox, mail, terminalMember, mailId)
local i = 0
for keyId in string.gmatch(recipients, '[^\n]+') do
  deposit(KEYS[6 + i * 2], KEYS[7 + i * 2], mail, keyId, ARGV[17 + i], channel, keepMs, resultMailId, push)
  i = i + 1
end
return { 'settled', tostring(version) }
