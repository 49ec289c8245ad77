app {
  url = ""
}

pack {
  name        = "django"
  description = "Does what the Django pack does, written anew for the measurements: job, gate and waits are the same"
  version     = "0.0.1"
}
