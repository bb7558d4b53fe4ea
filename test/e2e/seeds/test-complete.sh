#!/bin/bash

# Get API URL
API_URL=$(aws cloudformation describe-stacks \
 --stack-name ecommerce-microservices \
 --query 'Stacks[0].Outputs[?OutputKey==`ApiUrl`].OutputValue' \
 --output text)

echo "API URL: $API_URL"

# 1. Register a user
echo "=== Creating User ==="
USER_RESPONSE=$(curl -s -X POST $API_URL/users/register \
 -H "Content-Type: application/json" \
 -d '{"email": "john@example.com", "name": "John Doe"}')

echo "User Response: $USER_RESPONSE"

# Extract user ID using jq (more reliable)
if command -v jq &> /dev/null; then
   USER_ID=$(echo "$USER_RESPONSE" | jq -r '.userId // empty')
else
   # Fallback to grep if jq not available
   USER_ID=$(echo "$USER_RESPONSE" | grep -o '"userId":"[^"]*' | cut -d'"' -f4)
fi

echo "User ID: '$USER_ID'"

if [ -z "$USER_ID" ]; then
   echo "ERROR: Failed to create user or extract user ID"
   echo "User Response: $USER_RESPONSE"
   exit 1
fi

# 2. Create first product
echo -e "\n=== Creating Product 1 ==="
PRODUCT1_RESPONSE=$(curl -s -X POST $API_URL/products \
 -H "Content-Type: application/json" \
 -d '{"name": "Laptop", "price": 999.99, "description": "Gaming laptop", "stock": 5}')

echo "Product 1 Response: $PRODUCT1_RESPONSE"

# Extract product ID
if command -v jq &> /dev/null; then
   PRODUCT1_ID=$(echo "$PRODUCT1_RESPONSE" | jq -r '.productId // empty')
else
   PRODUCT1_ID=$(echo "$PRODUCT1_RESPONSE" | grep -o '"productId":"[^"]*' | cut -d'"' -f4)
fi

echo "Product 1 ID: '$PRODUCT1_ID'"

if [ -z "$PRODUCT1_ID" ]; then
   echo "ERROR: Failed to create product 1 or extract product ID"
   echo "Product 1 Response: $PRODUCT1_RESPONSE"
   exit 1
fi

# 3. Create second product
echo -e "\n=== Creating Product 2 ==="
PRODUCT2_RESPONSE=$(curl -s -X POST $API_URL/products \
 -H "Content-Type: application/json" \
 -d '{"name": "Mouse", "price": 29.99, "description": "Wireless mouse", "stock": 20}')

echo "Product 2 Response: $PRODUCT2_RESPONSE"

# Extract product ID
if command -v jq &> /dev/null; then
   PRODUCT2_ID=$(echo "$PRODUCT2_RESPONSE" | jq -r '.productId // empty')
else
   PRODUCT2_ID=$(echo "$PRODUCT2_RESPONSE" | grep -o '"productId":"[^"]*' | cut -d'"' -f4)
fi

echo "Product 2 ID: '$PRODUCT2_ID'"

if [ -z "$PRODUCT2_ID" ]; then
   echo "ERROR: Failed to create product 2 or extract product ID"
   echo "Product 2 Response: $PRODUCT2_RESPONSE"
   exit 1
fi

# 4. Create order
echo -e "\n=== Creating Order ==="
ORDER_RESPONSE=$(curl -s -X POST $API_URL/orders \
 -H "Content-Type: application/json" \
 -d "{
   \"userId\": \"$USER_ID\",
   \"items\": [
     {\"productId\": \"$PRODUCT1_ID\", \"quantity\": 1},
     {\"productId\": \"$PRODUCT2_ID\", \"quantity\": 2}
   ]
 }")

echo "Order Response: $ORDER_RESPONSE"

# Extract order ID
if command -v jq &> /dev/null; then
   ORDER_ID=$(echo "$ORDER_RESPONSE" | jq -r '.orderId // empty')
else
   ORDER_ID=$(echo "$ORDER_RESPONSE" | grep -o '"orderId":"[^"]*' | cut -d'"' -f4)
fi

echo "Order ID: '$ORDER_ID'"

# 5. Test all endpoints
echo -e "\n=== Testing All Endpoints ==="

echo "All Users:"
curl -s $API_URL/users | jq '.' 2>/dev/null || curl -s $API_URL/users

echo -e "\nAll Products:"
curl -s $API_URL/products | jq '.' 2>/dev/null || curl -s $API_URL/products

echo -e "\nAll Orders:"
curl -s $API_URL/orders | jq '.' 2>/dev/null || curl -s $API_URL/orders

if [ ! -z "$USER_ID" ]; then
   echo -e "\nUser's Orders:"
   curl -s "$API_URL/orders?userId=$USER_ID" | jq '.' 2>/dev/null || curl -s "$API_URL/orders?userId=$USER_ID"
fi

if [ ! -z "$ORDER_ID" ]; then
   echo -e "\nSpecific Order:"
   curl -s "$API_URL/orders/$ORDER_ID" | jq '.' 2>/dev/null || curl -s "$API_URL/orders/$ORDER_ID"
fi

echo -e "\n=== Test Complete! ==="
