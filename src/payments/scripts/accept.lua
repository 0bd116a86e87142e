-- Takes on a payment: the only way a transaction comes into being. Repeating the request joins it or brings its result.
-- KEYS record, terminal (endpoint), terminalMailbox, desktop (endpoint), desktopMailbox, mail, due, leases, outbox, refusal,
--      payments
-- ARGV terminalKey (key id, '' if no such terminal is known), terminalId (as asked for), terminalMember, deviceId,
--      desktopKey ('' if no push is wanted), desktopMember, desktopEpoch, request (as text), channel, deliveryTimeoutMs,
--      keepMs, member (in due), escapedId, frame (payment), instance, progress ('1' if the desktop wants to see stages),
--      webhooks ('1' if the result goes to webhooks too), paymentWaitMs, signedAt (ms, by the caller's clock; '' for a caller
--      with a connection, whose epoch tells which request is older), then name and value of the record's further fields
-- Returns {'accepted'} | {'stale'} (a later request of the same payment was refused, and that must stay true) | {'joined'} | {'replayed', push, stamp} (it is in the mailbox, too; the
--      caller sends it at once) | {'duplicate'} (of another terminal)
--      | {'differs', stored request} (nothing was done; it may be the same value, written otherwise) | {'no_terminal'} | {'offline'} | {'busy'}
--      | {'displaced'} (a newer connection of the desktop exists) | {'unregistered'} (the store knows no such desktop)
-- Effects: record PENDING and listed, terminal locked, payment in its mailbox, delivery deadline; or the result in the desktop's. With
--      webhooks also the moment to tell them that there is no result yet
local record, terminal, terminalMailbox, desktop, desktopMailbox, mail, due, leases, outbox, refusal, payments =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[8], KEYS[9], KEYS[10], KEYS[11]
local terminalKey, terminalId, terminalMember, deviceId, desktopKey, desktopMember, desktopEpoch, request =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8]
local channel, deliveryTimeoutMs, keepMs, member, escapedId, frame, instance, progress =
  ARGV[9], tonumber(ARGV[10]), ARGV[11], ARGV[12], ARGV[13], ARGV[14], ARGV[15], ARGV[16]
local webhooks, paymentWaitMs, signedAt = ARGV[17], tonumber(ARGV[18]), ARGV[19]

local function tellWebhooks(now)
  redis.call('HSET', record, 'webhooks', '1', 'timeoutAt', whole(now + paymentWaitMs))
  redis.call('ZADD', outbox, now + paymentWaitMs, member .. '\ntimeout')
end

if desktopKey ~= '' then
  local owner = redis.call('HMGET', desktop, 'epoch', 'state')
  if not owner[1] or owner[2] ~= 'online' or tonumber(owner[1]) < tonumber(desktopEpoch) then
    return { 'unregistered' }
  elseif owner[1] ~= desktopEpoch then
    return { 'displaced' }
  end
end

local known = redis.call('HMGET', record, 'status', 'request', 'terminalId', 'terminalKey', 'recipients', 'push', 'webhooks')
if known[1] then
  local sameTerminal = known[3] == terminalId or (terminalKey ~= '' and known[4] == terminalKey)
  if not sameTerminal then
    return { 'duplicate' }
  elseif known[2] ~= request then
    return { 'differs', known[2] }
  end
  if known[6] then
    local stamp = ''
    if desktopKey ~= '' then
      stamp = store(desktopMailbox, keepMs, 'r:' .. escapedId, known[6])
      redis.call('ZADD', mail, 'LT', nowMs() + 1000, desktopMember)
    end
    return { 'replayed', known[6], stamp }
  end
  if desktopKey ~= '' and not string.find('\n' .. known[5] .. '\n', '\n' .. desktopKey .. '\n', 1, true) then
    local others = known[5] == '' and '' or known[5] .. '\n'
    redis.call('HSET', record, 'recipients', others .. desktopKey)
  end
  if progress == '1' then
    redis.call('HSET', record, 'progress', '1')
  end
  if webhooks == '1' and not known[7] then
    tellWebhooks(nowMs())
  end
  return { 'joined' }
end

-- An older request of the same payment may still be on its way, held up in an instance that hangs. Once this one is told that
-- the terminal does not have the payment, that one must not bring it there.
local refusedAt = signedAt ~= '' and tonumber(redis.call('GET', refusal) or '0')
local function refuse(outcome)
  if signedAt ~= '' and tonumber(signedAt) > refusedAt then
    redis.call('SET', refusal, signedAt, 'PX', 600000)
  end
  return { outcome }
end

if terminalKey == '' then
  return refuse('no_terminal')
end
local owner = redis.call('HMGET', terminal, 'state', 'inst', 'epoch', 'conn', 'dev', 'tx')
-- The key was resolved outside the script; what it stands for now is decided here.
if owner[4] ~= terminalId and (owner[5] ~= terminalId or terminalId == '') then
  return refuse('no_terminal')
end
local now = nowMs()
local lease = owner[2] and tonumber(redis.call('ZSCORE', leases, owner[2]) or '0') or 0
if owner[1] ~= 'online' or lease < now then
  return refuse('offline')
end
if owner[6] then
  return refuse('busy')
end
if signedAt ~= '' and tonumber(signedAt) <= refusedAt then
  return { 'stale' }
end

redis.call('HSET', record, 'status', 'PENDING', 'version', 1, 'delivery', 'queued', 'request', request,
  'terminalId', terminalId, 'terminalKey', terminalKey, 'deviceId', deviceId, 'recipients', desktopKey,
  'progress', progress, 'createdAt', whole(now), 'updatedAt', whole(now),
  'step.accepted', stepText(now, instance), unpack(ARGV, 20))
redis.call('ZADD', payments, now + keepMs, member)
redis.call('HSET', terminal, 'tx', member)
redis.call('ZADD', due, now + deliveryTimeoutMs, member)
if webhooks == '1' then
  tellWebhooks(now)
end
deposit(terminal, terminalMailbox, mail, terminalKey, terminalMember, channel, keepMs, 'p:' .. escapedId, frame,
  owner)
return { 'accepted' }
