-- One kind of request; BENCH_COOKIES names a file with a Cookie header a line, taken in turn, BENCH_ADDRESSES how many
-- addresses a proxy would name, taken in turn too.
-- When it is over, one line of JSON says how it went; times in microseconds.
local cookies = {}

function init()
  wrk.method = os.getenv("BENCH_METHOD")
  local body = os.getenv("BENCH_BODY")
  if body ~= "" then
    wrk.body = body
    wrk.headers["Content-Type"] = "application/json"
  end
  for line in io.lines(os.getenv("BENCH_COOKIES")) do
    cookies[#cookies + 1] = line
  end
  if #cookies == 1 then
    wrk.headers["Cookie"] = cookies[1]
  end
  local plain, turn = wrk.format(), 0
  local from = {}
  for number = 1, tonumber(os.getenv("BENCH_ADDRESSES")) do
    local address = string.format("10.%d.%d.1", math.floor(number / 250), number % 250)
    local named = { ["Host"] = wrk.headers["Host"], ["Cookie"] = cookies[1], ["X-Forwarded-For"] = address }
    from[number] = wrk.format(nil, nil, named)
  end
  function request()
    if #from > 0 then
      turn = turn % #from + 1
      return from[turn]
    end
    if #cookies < 2 then
      return plain
    end
    turn = turn % #cookies + 1
    return wrk.format(nil, nil, { ["Host"] = wrk.headers["Host"], ["Cookie"] = cookies[turn] })
  end
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  local template = '{"requests": %d, "microseconds": %d, "failed": %d, "p50": %d, "p75": %d, "p90": %d, "p99": %d}\n'
  io.write(string.format(template, summary.requests, summary.duration, failed, latency:percentile(50),
    latency:percentile(75), latency:percentile(90), latency:percentile(99)))
end
