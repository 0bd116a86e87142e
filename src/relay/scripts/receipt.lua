-- Takes messages out of mailboxes because their receivers have proven to have read them.
-- KEYS for each message: mail, endpoint, mailbox, record (of the transaction)
-- ARGV instance, then for each message: member, epoch, id, stamp (of the deposit that was written), writtenAt (ms)
-- Returns which of the messages, counted from 0, are payments that were received now and whose stages a desktop wants to see
-- Effects: a payment ('p:…') is noted as received in its record, a result ('r:…') as read. A message of a displaced connection
--      stays, and so does a void ('v:…'): only the terminal's word ends it, and it is sent again at each reconnect. A message
--      that was deposited anew since stays too: the receipt is for the one before
local instance = ARGV[1]
local now = nowMs()
local shown = {}

local function noteReceived(record, writtenAt)
  local state = redis.call('HMGET', record, 'status', 'delivery', 'progress', 'step.sent', 'step.received', 'version', 'watchers')
  if not state[1] then
    return
  end
  local sent, received = state[4] or stepText(writtenAt, instance), state[5] or stepText(now, instance)
  -- An answer may overtake the receipt; it has told that the payment was received, and is final.
  if state[2] == 'sent' and (state[1] == 'PENDING' or state[1] == 'AWAITING_RECONNECT') then
    amend(record, raised(state[6]), state[7], now, 'delivery', 'received', 'step.sent', sent, 'step.received', received)
    return state[3] == '1'
  elseif not (state[4] and state[5]) then
    redis.call('HSET', record, 'step.sent', sent, 'step.received', received)
  end
end

local function noteRead(record, writtenAt)
  local state = redis.call('HMGET', record, 'status', 'step.pushed', 'step.receipted')
  if state[1] and not (state[2] and state[3]) then
    redis.call('HSET', record, 'step.pushed', state[2] or stepText(writtenAt, instance),
      'step.receipted', state[3] or stepText(now, instance))
  end
end

for i = 0, (#ARGV - 1) / 5 - 1 do
  local mail, endpoint, mailbox, record = KEYS[i * 4 + 1], KEYS[i * 4 + 2], KEYS[i * 4 + 3], KEYS[i * 4 + 4]
  local member, epoch, id = ARGV[i * 5 + 2], ARGV[i * 5 + 3], ARGV[i * 5 + 4]
  local stamp, writtenAt = ARGV[i * 5 + 5], tonumber(ARGV[i * 5 + 6])
  local lying = redis.call('HGET', mailbox, id)
  local isAnother = lying and string.sub(lying, 1, #stamp + 1) ~= stamp .. ' '
  if redis.call('HGET', endpoint, 'epoch') == epoch and not isAnother then
    local kind = string.sub(id, 1, 2)
    if kind == 'v:' then
      redis.call('ZADD', mail, 'XX', now + 60000, member)
    elseif lying then
      withdraw(mailbox, mail, member, id)
    end
    if kind == 'p:' and noteReceived(record, writtenAt) then
      shown[#shown + 1] = whole(i)
    elseif kind == 'r:' then
      noteRead(record, writtenAt)
    end
  end
end
return shown
