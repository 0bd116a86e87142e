-- Takes messages out of mailboxes because their receivers have proven to have read them.
-- KEYS mail, then for each message: endpoint, mailbox, record (of the transaction)
-- ARGV instance, then for each message: member, epoch, id, writtenAt (ms)
-- Returns the ids of payments that were received now and whose stages a desktop wants to see
-- Effects: a payment ('p:…') is noted as received in its record, a result ('r:…') as read. A message of a displaced connection
--      stays, and so does a void ('v:…'): only the terminal's word ends it, and it is sent again at each reconnect
local mail, instance = KEYS[1], ARGV[1]
local now = nowMs()
local shown = {}
for i = 0, (#ARGV - 1) / 4 - 1 do
  local endpoint, mailbox, record = KEYS[i * 3 + 2], KEYS[i * 3 + 3], KEYS[i * 3 + 4]
  local member, epoch, id, writtenAt = ARGV[i * 4 + 2], ARGV[i * 4 + 3], ARGV[i * 4 + 4], tonumber(ARGV[i * 4 + 5])
  if redis.call('HGET', endpoint, 'epoch') == epoch then
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
