# Deploys a template with a Runner from Terraform. The macro expands it in CloudFormation,
# so Terraform only needs the text; the plan starts when the stack is complete.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "stack_name" {
  description = "The name of the stack."
  type        = string
  default     = "hello-runner"
}

variable "parameters" {
  description = "The template's parameters."
  type        = map(string)
  default     = {}
}

# The deployer's permissions: docs/policies/attini-runner-deployer-policy.json.
resource "aws_cloudformation_stack" "plan" {
  name          = var.stack_name
  template_body = file("${path.module}/../hello/init-stack.yaml")
  parameters    = var.parameters

  # The template has a macro (AUTO_EXPAND), and the macro adds roles for the plan.
  capabilities = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]

  # A failed creation is removed, so that the next apply can create the stack again.
  on_failure = "DELETE"

  timeouts {
    create = "30m"
    update = "30m"
    delete = "60m" # network interfaces take up to 45 minutes to go
  }
}

output "stack" {
  description = "For runnerctl: runnerctl doctor, logs and runs take this name."
  value       = aws_cloudformation_stack.plan.name
}
