-- Notes a step of a transaction's way, the first time it is taken.
local function step(record, name, at, instance)
  redis.call('HSETNX', record, 'step.' .. name, whole(at) .. ' ' .. instance)
end

-- Wakes whoever waits for a change of a transaction, on any instance; the record is the truth, and they read it.
local function wake(record)
  local channels = redis.call('HGET', record, 'watchers')
  for channel in string.gmatch(channels or '', '[^\n]+') do
    redis.call('SPUBLISH', channel, 'changed\n' .. record)
  end
end

-- Raises the version that every change of a transaction raises, and returns it as text.
local function change(record, now)
  redis.call('HSET', record, 'updatedAt', whole(now))
  wake(record)
  return whole(redis.call('HINCRBY', record, 'version', 1))
end
