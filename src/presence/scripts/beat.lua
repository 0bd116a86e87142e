-- The pulse of an instance in some partitions: renews its lease in each and tells what is due there.
-- KEYS for each partition: leases, then its deadline sets
-- ARGV instance, leaseMs, limit (most members told of a set), how many deadline sets a partition has, then for each partition:
--      channel (own channel for a probe, or '')
-- Returns for each partition {now, '1' if the lease had lapsed else '0', instances whose lease has ended, due members of each
--      deadline set}
-- Effects: publishes a probe in each partition that must come back to the instance
local instance, leaseMs, limit, sets = ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])

local now = nowMs()
local answers = {}
for i = 0, #KEYS / (sets + 1) - 1 do
  local first = i * (sets + 1) + 1
  local leases = KEYS[first]
  local lease = tonumber(redis.call('ZSCORE', leases, instance) or '0')
  redis.call('ZADD', leases, now + leaseMs, instance)
  local answer = { whole(now), lease < now and '1' or '0', redis.call('ZRANGEBYSCORE', leases, '-inf', '(' .. whole(now)) }
  for j = first + 1, first + sets do
    answer[#answer + 1] = redis.call('ZRANGEBYSCORE', KEYS[j], '-inf', whole(now), 'LIMIT', 0, limit)
  end
  if ARGV[5 + i] ~= '' then
    redis.call('SPUBLISH', ARGV[5 + i], 'probe')
  end
  answers[#answers + 1] = answer
end
return answers
