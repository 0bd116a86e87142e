-- Notes a step of a transaction's way, the first time it is taken.
local function step(record, name, at, instance)
  redis.call('HSETNX', record, 'step.' .. name, whole(at) .. ' ' .. instance)
end

-- Raises the version that every change of a transaction raises, and returns it as text.
local function change(record, now)
  redis.call('HSET', record, 'updatedAt', whole(now))
  return whole(redis.call('HINCRBY', record, 'version', 1))
end
