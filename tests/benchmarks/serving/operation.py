"""What all three doors are asked for: twenty items as a shop's page shows them."""

FIRST = 20

OPERATION = """
query ($first: Int!) {
  recommendations(first: $first) {
    id basis note
    items {
      rank score
      item { id sku title brand price currency imageUrl url }
      reason { code kind text because { id title } }
    }
  }
}
"""
