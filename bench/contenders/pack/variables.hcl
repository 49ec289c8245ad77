variable "job_name" {
  description = "Nomad job id"
  type        = string
  default     = "django"
}

variable "django_image" {
  description = "Image of the project"
  type        = string
  default     = ""
}

variable "count" {
  description = "Instances"
  type        = number
  default     = 1
}

variable "env_vars" {
  description = "Environment of both tasks"
  type        = map(string)
  default     = {}
}

variable "server_resources" {
  description = "Of both tasks, as in the Django pack"
  type        = object({ cpu = number, memory = number })
  default     = { cpu = 100, memory = 300 }
}

variable "check_path" {
  description = "What the service's check asks"
  type        = string
  default     = "/"
}

variable "check_interval" {
  description = "Between two checks"
  type        = string
  default     = "10s"
}

variable "check_timeout" {
  description = "Of one check"
  type        = string
  default     = "5s"
}

variable "migration_poll_seconds" {
  description = "Between two looks of a waiting allocation"
  type        = number
  default     = 5
}

variable "migration_poll_iters" {
  description = "Looks before a waiting allocation fails"
  type        = number
  default     = 5
}

variable "min_healthy_time" {
  description = "Unset, Nomad's own 10 seconds, as in the Django pack"
  type        = string
  default     = ""
}
