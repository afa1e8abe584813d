"""The console: pages over the services' doors. It owns nothing; what a person may see, the services decide."""
