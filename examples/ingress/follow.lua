-- Keeps a backend's servers as a file lists them: one "ID ADDRESS PORT" a line, written anew by Nomad's template.
--
-- HAProxy is never reloaded for it: connections stay, and so does what the checks know of every other server.
-- A new server counts as down until its first check has passed, since Nomad lists it before it listens. One that is no
-- longer listed answers for some seconds more (shutdownDelay): it serves on while no listed one is up.
--
-- haproxy.cfg: lua-load follow.lua BACKEND FILE

local backend_name, path = ...
local interval_ms = 200
local first_check_seconds = 5

local slots = {} -- Servers of the backend that stand for none, the one that is free the longest first.
local taken = {} -- By ID: the server that stands for it.
local full = false
local is_new = true -- Until a listed server is up, or none can be expected to be.

local function listed()
  local file = io.open(path)
  if not file then return {} end
  local text = file:read("a")
  file:close()
  local found = {}
  for id, address, port in text:gmatch("(%S+) (%S+) (%d+)\n") do
    found[id] = { address = address, port = port }
  end
  return found
end

local function add(id, place)
  local server = table.remove(slots, 1)
  if not server then
    if not full then core.log(core.err, "more instances than servers: raise the number in server-template") end
    full = true
    return
  end
  full = false
  server:set_addr(place.address, place.port)
  -- "Ready" alone would mean "up until a check fails": without weight it gets nothing before it is down.
  server:set_weight("0")
  server:set_ready()
  server:check_force_down()
  server:set_weight("100%")
  taken[id] = server
  core.log(core.notice, string.format("%s: %s at %s:%s", server:get_name(), id, place.address, place.port))
end

local function is_up(server)
  return server:get_stats().status:sub(1, 2) == "UP"
end

local function is_any_up(now)
  for id, server in pairs(taken) do
    if now[id] and is_up(server) then return true end
  end
  return false
end

-- Requests on their way go on to their end; no new ones follow.
local function remove(id)
  local server = taken[id]
  server:set_maint()
  taken[id] = nil
  table.insert(slots, server)
  core.log(core.notice, string.format("%s: %s is no longer listed", server:get_name(), id))
end

core.register_action("await_first_check", { "http-req" }, function()
  while is_new do core.msleep(50) end
end)

core.register_task(function()
  local start = core.now().sec
  for _, server in pairs(core.backends[backend_name].servers) do
    table.insert(slots, server)
  end
  table.sort(slots, function(a, b) return tonumber(a:get_puid()) < tonumber(b:get_puid()) end)
  while true do
    local now = listed()
    for id, server in pairs(taken) do
      if not now[id] and (is_any_up(now) or not is_up(server)) then remove(id) end
    end
    for id, place in pairs(now) do
      if not taken[id] then add(id, place) end
    end
    if next(now) == nil or is_any_up(now) or core.now().sec - start > first_check_seconds then is_new = false end
    core.msleep(interval_ms)
  end
end)
