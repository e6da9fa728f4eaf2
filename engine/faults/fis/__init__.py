"""The actions of the AWS Fault Injection Service under their own names, one file each: what they mean to the drawing."""
