"""What items say of themselves, learned to stand for who prefers them, so that new items can be ranked at once."""
