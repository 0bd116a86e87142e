-- Forgets the lease of an instance that is gone, once nothing is left of it.
-- KEYS leases
-- ARGV instance
-- Returns {'buried'}, or {'alive'} if it has renewed its lease
local lease = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or '0')
if lease >= nowMs() then
  return { 'alive' }
end
redis.call('ZREM', KEYS[1], ARGV[1])
return { 'buried' }
