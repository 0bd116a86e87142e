-- Finds the record of a presented key.
-- KEYS records, hashes
-- ARGV hash (SHA-256 of the key, hex)
-- Returns the record (JSON), or false
local id = redis.call('HGET', KEYS[2], ARGV[1])
return id and redis.call('HGET', KEYS[1], id)
