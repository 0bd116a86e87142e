-- Ends a desktop's wait for what becomes of a cancellation: it was told that nobody knows, and that stands.
-- KEYS record, mail, desktopMailbox
-- ARGV desktopKey, desktopMember, escapedId
-- Returns {'forgotten'}
-- Effects: an answer that the terminal gives later is not for this desktop
local record, mail, desktopMailbox = KEYS[1], KEYS[2], KEYS[3]
local desktopKey, desktopMember, escapedId = ARGV[1], ARGV[2], ARGV[3]

local others = {}
for keyId in string.gmatch(redis.call('HGET', record, 'cancelledBy') or '', '[^\n]+') do
  if keyId ~= desktopKey then
    others[#others + 1] = keyId
  end
end
if others[1] then
  redis.call('HSET', record, 'cancelledBy', table.concat(others, '\n'))
else
  redis.call('HDEL', record, 'cancelledBy')
end
withdraw(desktopMailbox, mail, desktopMember, 'x:' .. escapedId)
return { 'forgotten' }
