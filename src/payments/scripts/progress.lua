-- Notes a stage of a payment and shows it to the desktops that want to see stages.
-- KEYS record, desktops (of the group)
-- ARGV terminalKey ('' if the gateway itself tells the stage), stage, group, channel, instance, frame (paymentStatus, open at
--      its end for the version)
-- Returns {'noted'} or {'unknown'} (never sent to this terminal); nothing happens to a final transaction
-- Effects: a hint to every instance that holds a desktop of the group; nothing depends on its arrival
local record, desktops = KEYS[1], KEYS[2]
local terminalKey, stage, group, channel, instance, frame = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]

-- Steps that the gateway itself notes; a stage of the same name is shown, and must not stand for them.
local own = { accepted = 1, claimed = 1, sent = 1, received = 1, returned = 1, disconnected = 1, reconnected = 1, result = 1,
  lateResult = 1, cancelRequested = 1, cancelRefused = 1, voided = 1, voidRefused = 1, pushed = 1, receipted = 1 }
local state = redis.call('HMGET', record, 'status', 'terminalKey', 'dispatches', 'progress', 'recipients', 'version')
if not state[1] or (terminalKey ~= '' and (state[2] ~= terminalKey or not state[3])) then
  return { 'unknown' }
end
if state[1] ~= 'PENDING' and state[1] ~= 'AWAITING_RECONNECT' then
  return { 'noted' }
end
local version = state[6]
if terminalKey ~= '' then
  local now = nowMs()
  if not own[stage] and redis.call('HLEN', record) < 128 then
    step(record, stage, now, instance)
  end
  version = change(record, now)
  redis.call('HDEL', record, 'inquiry')
end
if state[4] == '1' then
  local told = {}
  for _, name in ipairs(redis.call('HVALS', desktops)) do
    if not told[name] then
      told[name] = true
      redis.call('SPUBLISH', channel .. name,
        'progress\n' .. string.gsub(state[5], '\n', '\t') .. '\n' .. frame .. version .. '}')
    end
  end
end
return { 'noted' }
