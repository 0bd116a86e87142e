-- A terminal's response as a JSON object, with members that it left out filled from the request.
--   response: object text open for more members; missing: their names, joined by blanks
local function complete(record, response, missing)
  local members = {}
  for name in string.gmatch(missing, '%S+') do
    local value = redis.call('HGET', record, 'request.' .. name)
    if value then
      members[#members + 1] = '"' .. name .. '":' .. value
    end
  end
  return string.gsub(response .. table.concat(members, ','), ',$', '') .. '}'
end
