"""What `gunicorn` in this directory uses; GUNICORN_CMD_ARGS overrides it."""

bind = "0.0.0.0:8000"
# Two, so that a slow request does not hold up the health check.
workers = 2
# Loaded once: less memory, and one SECRET_KEY for both workers when none is set.
preload_app = True
# A container's /tmp may be on a disk that stalls, which would look like a hung worker.
worker_tmp_dir = "/dev/shm"
accesslog = "-"
# Nothing manages a container's server from inside, and its user may not write where the socket would be.
control_socket_disable = True
