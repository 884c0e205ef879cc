/**
 * Takes one from each of several buckets or from none, in one step of Redis and by its clock, so
 * that processes need not agree on the time. The same sum as `rate-bucket.ts`.
 *
 * KEYS: the buckets. ARGV: amount and window in milliseconds of each. Answers how full each was
 * before, as texts: Redis cuts numbers to whole ones. A bucket of a time that is still to come,
 * since the clock went back, counts from now on, also where it refuses.
 */
export const TAKE_SCRIPT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local levels = {}
local isAllowed = true
for index, key in ipairs(KEYS) do
  local amount = tonumber(ARGV[2 * index - 1])
  local window = tonumber(ARGV[2 * index])
  local level = 0
  local kept = redis.call('GET', key)
  if kept then
    local was, at = string.match(kept, '^(%S+) (%S+)$')
    local passed = now - (tonumber(at) or now)
    level = math.max(0, (tonumber(was) or 0) - math.max(0, passed) * amount / window)
    if passed < 0 then
      local held = string.format('%.9f %.3f', level, now)
      redis.call('SET', key, held, 'PX', math.ceil(level * window / amount) + 1)
    end
  end
  levels[index] = level
  if level + 1 > amount + 0.000001 then isAllowed = false end
end
local texts = {}
for index, key in ipairs(KEYS) do
  local level = levels[index]
  texts[index] = string.format('%.9f', level)
  if isAllowed then
    local amount = tonumber(ARGV[2 * index - 1])
    local window = tonumber(ARGV[2 * index])
    local kept = string.format('%.9f %.3f', level + 1, now)
    redis.call('SET', key, kept, 'PX', math.ceil((level + 1) * window / amount) + 1)
  end
end
return texts
`;
