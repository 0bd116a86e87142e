-- Takes messages out of mailboxes because their receivers have proven to have read them.
-- KEYS mail, then for each message: endpoint, mailbox, record (of the transaction)
-- ARGV for each message: member, epoch, id
-- Returns how many were taken
-- Effects: a payment ('p:…') is noted as received in its record; a message of a displaced connection stays
local mail = KEYS[1]
local taken = 0
for i = 0, #ARGV / 3 - 1 do
  local endpoint, mailbox, record = KEYS[i * 3 + 2], KEYS[i * 3 + 3], KEYS[i * 3 + 4]
  local member, epoch, id = ARGV[i * 3 + 1], ARGV[i * 3 + 2], ARGV[i * 3 + 3]
  if redis.call('HGET', endpoint, 'epoch') == epoch then
    withdraw(mailbox, mail, member, id)
    taken = taken + 1
    if string.sub(id, 1, 2) == 'p:' and redis.call('HGET', record, 'delivery') == 'sent' then
      redis.call('HSET', record, 'delivery', 'received', 'updatedAt', whole(nowMs()))
      redis.call('HINCRBY', record, 'version', 1)
    end
  end
end
return taken
