-- Makes a connection the owner of its endpoint, or gives a live connection its registration back.
-- KEYS endpoint, terminals, desktops, status, statusSeq, owned, leases, grace, connections, mail, mailbox, floor, revisions,
--      changed
-- ARGV keyId, member, group, instance, leaseMs, channel, mode ('connect', 'takeOver' or 'restore'), epoch (restore),
--      connection, deviceType, deviceId, entry (list entry), details (JSON for the owned index), update (frame 'connected'),
--      since (when the socket was opened, ms of the store's clock)
-- Returns {'registered', epoch, now, latest status sequence, '1' if terminal has an open payment else '0',
--      '1' if the endpoint was never connected before else '0', '1' if mail waits for it else '0'}
--      or {'displaced'} (a newer connection owns the endpoint)
--      or {'occupied'} (connect: another connection is online there, which only a takeOver displaces)
-- Effects: displaces the old owner by a hint, ends the grace, announces 'connected' to the group's desktops
local endpoint, terminals, desktops, status, statusSeq, owned, leases, grace, connections,
  mail, mailbox, floor, revisions, changed =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[8], KEYS[9],
  KEYS[10], KEYS[11], KEYS[12], KEYS[13], KEYS[14]
local keyId, member, group, instance, leaseMs, channel, mode, claimed =
  ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5]), ARGV[6], ARGV[7], tonumber(ARGV[8])
local connection, deviceType, deviceId, entry, details, update, since =
  ARGV[9], ARGV[10], ARGV[11], ARGV[12], ARGV[13], ARGV[14], tonumber(ARGV[15])

local now = nowMs()
local old = redis.call('HMGET', endpoint, 'epoch', 'inst', 'conn', 'state', 'tx', 'past', 'since')
local oldEpoch = tonumber(old[1] or '0')
local sameConnection = old[3] == connection
local wasOnline = old[4] == 'online'
local past = old[6] or ''

local epoch
-- Sent again after its answer was lost, while a newer connection came: it must not take the endpoint back.
if not sameConnection and string.find(' ' .. past .. ' ', ' ' .. connection .. ' ', 1, true) then
  return { 'displaced' }
elseif mode ~= 'restore' and not sameConnection and wasOnline and tonumber(old[7] or '0') > since + 25 then
  -- It was on its way for so long that a newer socket came first: the newest wins, not the latest heard of. The margin is
  -- what the instances' idea of the store's clock may differ by.
  return { 'displaced' }
elseif mode == 'connect' and not sameConnection and wasOnline
    and tonumber(redis.call('ZSCORE', leases, old[2]) or '0') >= now then
  return { 'occupied' }
elseif sameConnection then
  epoch = oldEpoch
elseif mode == 'restore' then
  if oldEpoch > claimed then
    return { 'displaced' }
  end
  epoch = math.max(claimed, oldEpoch)
else
  epoch = math.max(oldEpoch + 1, now)
end

if not sameConnection and old[3] then
  local latest = {}
  for id in string.gmatch(old[3] .. ' ' .. past, '%S+') do
    latest[#latest + 1] = #latest < 8 and id or nil
  end
  redis.call('HSET', endpoint, 'past', table.concat(latest, ' '))
end
if not (sameConnection and wasOnline) then
  redis.call('HSET', endpoint, 'epoch', whole(epoch), 'inst', instance, 'conn', connection,
    'state', 'online', 'dev', deviceId)
  if not sameConnection then
    redis.call('HSET', endpoint, 'since', whole(since))
  end
  if deviceType == 'terminal' then
    redis.call('HSET', terminals, keyId, entry)
    noteChange(revisions, changed, group, keyId)
    redis.call('ZADD', floor, now, member)
    redis.call('HSET', connections, connection, member)
    if old[3] and not sameConnection then
      redis.call('HDEL', connections, old[3])
    end
    redis.call('ZREM', grace, member)
    if mode ~= 'restore' or old[4] then
      announce(desktops, status, statusSeq, group, channel, update)
    end
  else
    redis.call('HSET', desktops, keyId, instance)
  end
  if wasOnline and mode ~= 'restore' then
    redis.call('SPUBLISH', channel .. old[2], 'displaced\n' .. keyId .. '\n' .. whole(epoch))
  end
end
redis.call('HSET', owned, keyId, whole(epoch) .. ' ' .. instance .. ' ' .. details)
-- Mail that came while the endpoint was away must not depend on one read at registration.
local hasMail = redis.call('EXISTS', mailbox) == 1
if hasMail then
  redis.call('ZADD', mail, 'LT', now + 1000, member)
end
local lease = tonumber(redis.call('ZSCORE', leases, instance) or '0')
if lease < now then
  redis.call('ZADD', leases, now + leaseMs, instance)
end
return { 'registered', whole(epoch), whole(now),
  redis.call('HGET', statusSeq, group) or '0', old[5] and '1' or '0',
  (not old[3] or (sameConnection and past == '')) and '1' or '0', hasMail and '1' or '0' }
