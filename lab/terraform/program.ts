/** Terraform's program, or OpenTofu's, by the variable by which the framework's own program finds it too. */
export const TERRAFORM = process.env.TERRAFORM_BINARY_NAME || "terraform";
