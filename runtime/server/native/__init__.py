"""SGLang's native protocol, as its front end's `RuntimeEndpoint` speaks it: pure functions without HTTP."""
