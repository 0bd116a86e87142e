-- A terminal's response as a JSON object, with members that it left out filled from the request.
--   response: object text open for more members; missing: their names, joined by blanks
local function complete(record, response, missing)
  local names, fields, members = {}, {}, {}
  for name in string.gmatch(missing, '%S+') do
    names[#names + 1], fields[#fields + 1] = name, 'request.' .. name
  end
  if names[1] then
    for i, value in ipairs(redis.call('HMGET', record, unpack(fields))) do
      if value then
        members[#members + 1] = '"' .. names[i] .. '":' .. value
      end
    end
  end
  return string.gsub(response .. table.concat(members, ','), ',$', '') .. '}'
end
