"""What changes in Redis as one: a session's value, its place in the list of the user's sessions, and their marks.

The first argument is always the prefix of the keys. Values are replaced only where they still are what was read, so that
nothing that ended meanwhile comes back; they are never printed here, since Lua cannot tell [] from {}.
"""

_COMMON = """
local prefix = ARGV[1]
local function list_key(user) return prefix .. 'active-sessions-' .. user end
local function mark_key(user) return prefix .. 'revoked-sessions-before-' .. user end
local function whose(value)
  local ok, found = pcall(cjson.decode, value)
  if not ok or type(found) ~= 'table' or type(found.session) ~= 'table' then return nil end
  local user = found.session.userId
  if type(user) == 'string' then return user end
  return nil
end
local function read_list(user)
  local raw, list = redis.call('GET', list_key(user)), {}
  if not raw then return list end
  local ok, found = pcall(cjson.decode, raw)
  if not ok or type(found) ~= 'table' then return list end
  for _, entry in ipairs(found) do
    if type(entry) == 'table' and type(entry.token) == 'string' and type(entry.expiresAt) == 'number' then
      list[#list + 1] = entry
    end
  end
  return list
end
local function write_list(user, list, now)
  local kept, last, seen = {}, 0, {}
  for _, entry in ipairs(list) do
    if entry.expiresAt > now and not seen[entry.token] then
      seen[entry.token] = true
      kept[#kept + 1] = {token = entry.token, expiresAt = entry.expiresAt}
      last = math.max(last, entry.expiresAt)
    end
  end
  if #kept == 0 then return redis.call('DEL', list_key(user)) end
  table.sort(kept, function(a, b) return a.expiresAt < b.expiresAt end)
  redis.call('SET', list_key(user), cjson.encode(kept), 'EX', math.max(1, math.floor((last - now) / 1000)))
end
local function without(list, tokens)
  local kept = {}
  for _, entry in ipairs(list) do
    if not tokens[entry.token] then kept[#kept + 1] = entry end
  end
  return kept
end
"""

# token → its value, and the mark before which the user's sessions are over.
FIND = (
    _COMMON
    + """
local value = redis.call('GET', prefix .. ARGV[2])
if not value then return {false, false} end
local user = whose(value)
return {value, user and redis.call('GET', mark_key(user)) or false}
"""
)

# user, token, value as read ('' for a new session), new value, created, ends, now → 0; 1 where it is another value or
# gone; else the mark that the session is older than.
PUT = (
    _COMMON
    + """
local user, token, was = ARGV[2], ARGV[3], ARGV[4]
local created, ends, now = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local mark = tonumber(redis.call('GET', mark_key(user)) or '0') or 0
if mark > created then return mark end
local there = redis.call('GET', prefix .. token) or ''
if there ~= was then return 1 end
redis.call('SET', prefix .. token, ARGV[5], 'EX', math.max(1, math.floor((ends - now) / 1000)))
local list = without(read_list(user), {[token] = true})
list[#list + 1] = {token = token, expiresAt = ends}
write_list(user, list, now)
return 0
"""
)

# owner ('' for anybody), now, tokens → the values of those that were there.
REVOKE = (
    _COMMON
    + """
local owner, now, gone = ARGV[2], tonumber(ARGV[3]), {}
for index = 4, #ARGV do
  local token = ARGV[index]
  local value = redis.call('GET', prefix .. token)
  local user = value and whose(value)
  if value and (owner == '' or user == owner) then
    redis.call('DEL', prefix .. token)
    gone[#gone + 1] = value
  end
  user = user or (owner ~= '' and owner)
  if user and (owner == '' or user == owner) then
    local list = read_list(user)
    if #list > 0 then write_list(user, without(list, {[token] = true}), now) end
  end
end
return gone
"""
)

# user, now, token to keep ('' for none), seconds that the mark lasts → how many sessions ended. The mark ends those, too,
# that no list names; where one is kept, there is none.
REVOKE_ALL = (
    _COMMON
    + """
local user, now, kept, seconds, count, rest = ARGV[2], tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5]), 0, {}
local mark = tonumber(redis.call('GET', mark_key(user)) or '0') or 0
for _, entry in ipairs(read_list(user)) do
  if entry.token == kept then
    rest[1] = entry
  elseif whose(redis.call('GET', prefix .. entry.token) or '') == user then
    count = count + redis.call('DEL', prefix .. entry.token)
  end
end
write_list(user, rest, now)
if kept == '' then
  redis.call('SET', mark_key(user), string.format('%.0f', math.max(now, mark)), 'EX', seconds)
end
return count
"""
)

# user, now → the mark, the tokens in the order of the list with their values, the tokens that have none. What is over leaves the list.
LIST = (
    _COMMON
    + """
local user, now, values, missing = ARGV[2], tonumber(ARGV[3]), {}, {}
local list = read_list(user)
for _, entry in ipairs(list) do
  if entry.expiresAt > now then
    local value = redis.call('GET', prefix .. entry.token)
    if value then values[#values + 1] = {entry.token, value} else missing[#missing + 1] = entry.token end
  end
end
if #list > #values + #missing then write_list(user, list, now) end
return {redis.call('GET', mark_key(user)), values, missing}
"""
)

# user, now, tokens: those that still have no value leave the list.
PRUNE = (
    _COMMON
    + """
local user, missing = ARGV[2], {}
for index = 4, #ARGV do
  if redis.call('EXISTS', prefix .. ARGV[index]) == 0 then missing[ARGV[index]] = true end
end
write_list(user, without(read_list(user), missing), tonumber(ARGV[3]))
"""
)

# token, value as read, new value, ends, now → 1; 0 where it is another value or gone.
REPLACE = (
    _COMMON
    + """
if redis.call('GET', prefix .. ARGV[2]) ~= ARGV[3] then return 0 end
local seconds = math.max(1, math.floor((tonumber(ARGV[5]) - tonumber(ARGV[6])) / 1000))
redis.call('SET', prefix .. ARGV[2], ARGV[4], 'EX', seconds)
return 1
"""
)
