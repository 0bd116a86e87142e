-- Notes that a terminal's list entry was changed or removed, so that readers who know the list need to read no more than that.
local function noteChange(revisions, changed, group, keyId)
  local revision = redis.call('HINCRBY', revisions, group, 1)
  if revision == 1 then
    -- The first one ever, or since the store was emptied: then nothing counts that a reader knows of the list before.
    redis.call('HSET', revisions, group .. '\nborn', whole(nowMicros()))
  end
  redis.call('ZADD', changed, revision, keyId)
end
