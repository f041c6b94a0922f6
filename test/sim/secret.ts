// Must be found nowhere: neither in a row nor in a line.
export const SECRET = "s3cr3t-of-the-toy-4711";
