"""The practice's front door: what somebody outside asks, follows, agrees to and sees first."""
