local deposits = 0

-- Puts a message into a mailbox, stamped with the time in microseconds: by it the receiver tells what came while it was away,
-- and a receipt names the very deposit that was read. Returns the stamp.
local function store(mailbox, keepMs, id, text)
  -- Messages of one moment keep their order.
  local stamp = whole(nowMicros() + deposits)
  deposits = deposits + 1
  redis.call('HSET', mailbox, id, stamp .. ' ' .. text)
  redis.call('PEXPIRE', mailbox, keepMs)
  return stamp
end

-- Puts a message into an endpoint's mailbox and, if its owner is known, hints it there. The mailbox is the truth; the hint
-- wakes, and carries a copy of a small message to spare the owner a read.
--   endpoint, mailbox: keys of the receiver; mail: key of the partition's set of endpoints with mail
--   keyId, member: the receiver; channel: prefix of the instances' channels; keepMs: how long unread mail is kept
--   id: `kind:transactionId`, the same message again replaces itself; text: the frame
--   known: state, instance and epoch of the endpoint, for a caller that has read them
local function deposit(endpoint, mailbox, mail, keyId, member, channel, keepMs, id, text, known)
  local stamp = store(mailbox, keepMs, id, text)
  local owner = known or redis.call('HMGET', endpoint, 'state', 'inst', 'epoch')
  if owner[1] ~= 'online' then
    return
  end
  -- Due in a second: only mail that its hint did not get delivered is ever swept.
  redis.call('ZADD', mail, 'LT', nowMs() + 1000, member)
  local hint = 'mail\n' .. keyId .. '\n' .. owner[3] .. '\n' .. id .. '\n' .. stamp
  if #text <= 4096 then
    hint = hint .. '\n' .. text
  end
  redis.call('SPUBLISH', channel .. owner[2], hint)
end

-- Deposits the same message for several endpoints.
--   keyIds: theirs, joined by line feeds; firstKey: index in KEYS of the first one's endpoint, followed by its mailbox and the
--   next one's endpoint; firstArg: index in ARGV of the first one's member
local function depositForAll(keyIds, firstKey, firstArg, mail, channel, keepMs, id, text)
  local i = 0
  for keyId in string.gmatch(keyIds, '[^\n]+') do
    deposit(KEYS[firstKey + i * 2], KEYS[firstKey + 1 + i * 2], mail, keyId, ARGV[firstArg + i], channel, keepMs, id, text)
    i = i + 1
  end
end

-- Takes messages out of a mailbox; a mailbox without mail is swept no more.
local function withdraw(mailbox, mail, member, ...)
  if redis.call('HDEL', mailbox, ...) > 0 and redis.call('EXISTS', mailbox) == 0 then
    redis.call('ZREM', mail, member)
  end
end
