-- Functions that scripts of every capability use; put in front of a script by `uses`.

-- The store's clock, microseconds since the epoch. A script happens at one moment, so it asks once.
local moment
local function nowMicros()
  if not moment then
    local time = redis.call('TIME')
    moment = time[1] * 1000000 + time[2]
  end
  return moment
end

-- The same in ms. Deadlines know no other clock.
local function nowMs()
  return math.floor(nowMicros() / 1000)
end

-- A whole number as text; Lua would write large ones in scientific notation, and '%d' cut them to 32 bits where C has such longs.
local function whole(number)
  return string.format('%.0f', number)
end
