"""What people may do with ledgers and plans: one file a noun, one function a deed."""
