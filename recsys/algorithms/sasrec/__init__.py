"""SASRec: self-attention over the newest items of a history (Kang and McAuley 2018)."""
