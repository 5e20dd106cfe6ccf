"""The pages: server-rendered HTML over the rows of the desk; they change nothing by themselves."""
