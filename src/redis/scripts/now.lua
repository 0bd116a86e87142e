-- Functions that scripts of every capability use; put in front of a script by `uses`.

-- The store's clock, ms since the epoch. Deadlines know no other clock.
local function nowMs()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- A whole number as text; Lua would write large ones in scientific notation.
local function whole(number)
  return string.format('%.0f', number)
end
