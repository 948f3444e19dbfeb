-- wrk's requests: the names in braces of path and body take values that change from one request to the next, the same
-- sequence in every run.
--
--   wrk ... -s load.lua URL -- PATH ROWS WARDS [BODY]

local path, body, rows, wards

function init(args)
   path, rows, wards, body = args[1], tonumber(args[2]), tonumber(args[3]), args[4]
   math.randomseed(311)
end

local values = {
   number = function() return string.format("S%07d", math.random(rows)) end,
   ward = function() return tostring(math.random(wards)) end,
   lat = function() return string.format("%.6f", 39.90 + math.random() * 0.16) end,
   moment = function() return os.date("!%Y-%m-%dT%H:%M:%SZ", os.time() - math.random(10 * 86400)) end,
   long = function() return string.format("%.6f", -75.25 + math.random() * 0.20) end,
}

-- Boxes of about two kilometres: west and south are drawn, east and north follow.
local function fill(text)
   local west, south = -75.24 + math.random() * 0.16, 39.90 + math.random() * 0.14
   local box = { west = west, south = south, east = west + 0.03, north = south + 0.025 }
   return (text:gsub("{(%w+)}", function(name)
      return values[name] and values[name]() or string.format("%.6f", box[name])
   end))
end

function request()
   if body then
      return wrk.format("POST", path, { ["Content-Type"] = "application/x-www-form-urlencoded" }, fill(body))
   end
   return wrk.format("GET", fill(path))
end

function done(summary, latency, _)
   local faults = summary.errors
   io.write(string.format("RESULT %d %d %d %d %d\n", summary.requests, summary.duration,
      faults.status + faults.connect + faults.read + faults.write + faults.timeout, latency:percentile(50), summary.bytes))
end
