curl -X POST https://api.example.com/product-purchase/ \
-H "Content-Type: application/json" \
-d @../events/message-body-1.json

curl -X GET https://api.example.com/product-purchase

curl -X GET https://api.example.com/product-purchase/97a97a2d-bdb5-4ab6-8d71-c5deb809a6ee

curl -X PUT https://api.example.com/product-purchase/97a97a2d-bdb5-4ab6-8d71-c5deb809a6ee \
-H "Content-Type: application/json" \
-d @../events/message-body-2.json

curl -X DELETE https://api.example.com/product-purchase/97a97a2d-bdb5-4ab6-8d71-c5deb809a6ee
