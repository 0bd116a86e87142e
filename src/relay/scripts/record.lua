-- A step of a transaction's way as its record keeps it.
local function stepText(at, instance)
  return whole(at) .. ' ' .. instance
end

-- Notes a step, the first time it is taken.
local function step(record, name, at, instance)
  redis.call('HSETNX', record, 'step.' .. name, stepText(at, instance))
end

-- Wakes whoever waits for a change of a transaction, on any instance; the record is the truth, and they read it.
--   watchers: as the record has them
local function wake(record, watchers)
  for channel in string.gmatch(watchers or '', '[^\n]+') do
    redis.call('SPUBLISH', channel, 'changed\n' .. record)
  end
end

-- The version after this one, as text.
local function raised(version)
  return whole(tonumber(version or '0') + 1)
end

-- Writes to a record, with the version that every change of a transaction raises.
--   version: the raised one; watchers: as the record has them; then names and values of what changes
local function amend(record, version, watchers, now, ...)
  redis.call('HSET', record, 'version', version, 'updatedAt', whole(now), ...)
  wake(record, watchers)
end

-- Raises the version of a record that was written to otherwise, and returns it as text.
local function change(record, now)
  local known = redis.call('HMGET', record, 'version', 'watchers')
  local version = raised(known[1])
  amend(record, version, known[2], now)
  return version
end
