-- Takes messages out of mailboxes because their receivers have proven to have read them.
-- KEYS mail, then for each message: endpoint, mailbox, record (of the transaction)
-- ARGV instance, then for each message: member, epoch, id, stamp (of the deposit that was written), writtenAt (ms)
-- Returns the ids of payments that were received now and whose stages a desktop wants to see
-- Effects: a payment ('p:…') is noted as received in its record, a result ('r:…') as read. A message of a displaced connection
--      stays, and so does a void ('v:…'): only the terminal's word ends it, and it is sent again at each reconnect. A message
--      that was deposited anew since stays too: the receipt is for the one before
local mail, instance = KEYS[1], ARGV[1]
local now = nowMs()
local shown = {}
for i = 0, (#ARGV - 1) / 5 - 1 do
  local endpoint, mailbox, record = KEYS[i * 3 + 2], KEYS[i * 3 + 3], KEYS[i * 3 + 4]
  local member, epoch, id = ARGV[i * 5 + 2], ARGV[i * 5 + 3], ARGV[i * 5 + 4]
  local stamp, writtenAt = ARGV[i * 5 + 5], tonumber(ARGV[i * 5 + 6])
  local lying = redis.call('HGET', mailbox, id)
  local isAnother = lying and string.sub(lying, 1, #stamp + 1) ~= stamp .. ' '
  if redis.call('HGET', endpoint, 'epoch') == epoch and not isAnother then
    local kind = string.sub(id, 1, 2)
    if kind == 'v:' then
      redis.call('ZADD', mail, 'XX', now + 60000, member)
    else
      withdraw(mailbox, mail, member, id)
    end
    local state = redis.call('HMGET', record, 'status', 'delivery', 'progress')
    if kind == 'p:' and state[1] then
      step(record, 'sent', writtenAt, instance)
      step(record, 'received', now, instance)
      -- An answer may overtake the receipt; it has told that the payment was received, and is final.
      if state[2] == 'sent' and (state[1] == 'PENDING' or state[1] == 'AWAITING_RECONNECT') then
        redis.call('HSET', record, 'delivery', 'received')
        change(record, now)
        if state[3] == '1' then
          shown[#shown + 1] = id
        end
      end
    elseif kind == 'r:' and state[1] then
      step(record, 'pushed', writtenAt, instance)
      step(record, 'receipted', now, instance)
    end
  end
end
return shown
