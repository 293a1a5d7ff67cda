"""What Redis does for the limits, each in one step; times in milliseconds, by its own clock."""

from __future__ import annotations

# Of each key: how many were taken in its window ("n"), which window it is ("w"), since when leases are called back ("x"),
# and a member for each server that holds one, by its name. Half of what is left is leased, until it is called back.
# Who finds nothing is told to ask again while anybody else holds a lease: for so many milliseconds, lest one has died.
TAKE = """
local leasing, own, patience, answer = ARGV[1] == '1', ARGV[2], tonumber(ARGV[3]), {}
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for i, key in ipairs(KEYS) do
    local most, length, needed = tonumber(ARGV[3 * i + 1]), ARGV[3 * i + 2], tonumber(ARGV[3 * i + 3])
    local found = redis.call('HMGET', key, 'n', 'w', 'x', own)
    local holders = redis.call('HLEN', key)
    for member = 1, 4 do
        if found[member] then holders = holders - 1 end
    end
    local taken, window, recalled = tonumber(found[1] or 0), found[2], 0
    local left = most - taken
    if not window then
        window = time[1] .. string.format('%06d', time[2])
        redis.call('HSET', key, 'w', window)
        redis.call('PEXPIRE', key, length)
    end
    local granted = math.max(0, math.min(left, needed))
    if leasing and not found[3] and math.floor(left / 2) > granted then
        granted = math.floor(left / 2)
        redis.call('HSET', key, own, granted)
    end
    if granted > 0 then
        redis.call('HINCRBY', key, 'n', granted)
    end
    if granted < needed and holders > 0 then
        if not found[3] then
            redis.call('HSET', key, 'x', now)
            redis.call('PUBLISH', 'ai-editor:limit', window .. ' ' .. key)
        end
        recalled = (not found[3] or now - found[3] < patience) and 1 or 0
    end
    answer[i] = granted .. ' ' .. math.max(1, redis.call('PTTL', key)) .. ' ' .. window .. ' ' .. recalled
end
return table.concat(answer, ' ')
"""

# What is left of a lease, if only nothing; with ARGV[4] that was all.
GIVE_BACK = """
if redis.call('HGET', KEYS[1], 'w') == ARGV[2] then
    redis.call('HINCRBY', KEYS[1], 'n', 0 - ARGV[1])
    if ARGV[4] == '1' then
        redis.call('HDEL', KEYS[1], ARGV[3])
    end
end
"""

# Of an account: its failures ("c"), and when they are forgotten ("e"); see policy.SLOWING.
ATTEMPT = """
local free, first, longest, most, forget = unpack(ARGV)
free, first, longest, most, forget = free + 0, first + 0, longest + 0, most + 0, forget + 0
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local found = redis.call('HMGET', KEYS[1], 'c', 'e')
local count, ends = tonumber(found[1] or 0), tonumber(found[2] or 0)
if ends <= now then count = 0 end
if count >= free then
    local delay = count >= most and forget * count or math.min(first * 2 ^ (count - free), longest)
    local wait = ends - now - forget * count + delay
    if wait > 0 then return wait end
end
count = count + 1
redis.call('HSET', KEYS[1], 'c', count, 'e', now + forget * count)
redis.call('PEXPIREAT', KEYS[1], now + forget * count)
return 0
"""

# Of a place: the failures since the last success there; it is known while the key is there.
ATTEMPT_IN = """
local count = redis.call('GET', KEYS[1])
if not count or count + 0 >= ARGV[1] + 0 then return 0 end
redis.call('INCR', KEYS[1])
return 1
"""

FORGIVE = """
redis.call('DEL', KEYS[1])
if KEYS[2] then redis.call('SET', KEYS[2], 0, 'PX', ARGV[1]) end
"""
