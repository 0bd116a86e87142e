-- The pulse of an instance in one partition: renews its lease and tells what is due there.
-- KEYS leases, then the deadline sets
-- ARGV instance, leaseMs, limit (most members told of a set), channel (own channel for a probe, or '')
-- Returns {now, '1' if the lease had lapsed else '0', instances whose lease has ended, due members of each deadline set}
-- Effects: publishes a probe that must come back to the instance
local leases = KEYS[1]
local instance, leaseMs, limit, channel = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]

local now = nowMs()
local lease = tonumber(redis.call('ZSCORE', leases, instance) or '0')
redis.call('ZADD', leases, now + leaseMs, instance)
local answer = { whole(now), lease < now and '1' or '0', redis.call('ZRANGEBYSCORE', leases, '-inf', '(' .. whole(now)) }
for i = 2, #KEYS do
  answer[#answer + 1] = redis.call('ZRANGEBYSCORE', KEYS[i], '-inf', whole(now), 'LIMIT', 0, limit)
end
if channel ~= '' then
  redis.call('SPUBLISH', channel, 'probe')
end
return answer
