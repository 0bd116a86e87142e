-- Appends a status update to the group's log and hints it to every instance that holds a desktop of the group.
-- Without a desktop there is nobody to tell, now or later: one that connects starts with the terminal list.
local function announce(desktops, status, statusSeq, group, channel, frame)
  local instances, names = {}, {}
  for _, name in ipairs(redis.call('HVALS', desktops)) do
    if not instances[name] then
      instances[name] = true
      names[#names + 1] = name
    end
  end
  if #names == 0 then
    return
  end
  -- Starts from the clock, so that it grows across a wiped store too.
  redis.call('HSETNX', statusSeq, group, whole(nowMs()))
  local sequence = whole(redis.call('HINCRBY', statusSeq, group, 1))
  redis.call('XADD', status, 'MAXLEN', '~', 256, sequence .. '-0', 'f', frame)
  redis.call('PEXPIRE', status, 3600000)
  for _, name in ipairs(names) do
    redis.call('SPUBLISH', channel .. name, 'status\n' .. group .. '\n' .. sequence .. '\n' .. frame)
  end
end
