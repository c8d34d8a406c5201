"""Questions of any form as a page shows them, and typed text as answers."""
