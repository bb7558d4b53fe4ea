curl -X 'POST' \
'https://{API_GW_ID}.execute-api.us-east-1.amazonaws.com/dev/add_user/' \
-H 'accept: application/json' \
-H 'Content-Type: application/json' \
-d '{
"email": "[email protected]",
"name": "Test Name",
"username": "test111"
}'

curl -X 'GET' \
'https://xllrwe5j5k.execute-api.us-east-1.amazonaws.com/dev/users/test111' \
-H 'accept: application/json'

curl -X 'POST' \
'https://xllrwe5j5k.execute-api.us-east-1.amazonaws.com/dev/edit-address?username=test111&new_address=124%20Street%20Akl%20NZ' \
-H 'accept: application/json' \
-d ''

curl -X 'GET' \
'https://{API_GW_ID}.execute-api.us-east-1.amazonaws.com/dev/orders/?username=john' \
-H 'accept: application/json'

curl -X 'POST' \
'https://{API_GW_ID}.execute-api.us-east-1.amazonaws.com/dev/orders/' \
-H 'accept: application/json' \
-H 'Content-Type: application/json' \
-d '{
"amount": 5.5,
"numItems": 2,
"username": "john"
}'

curl -X 'PUT' \
'https://{API_GW_ID}.execute-api.us-east-1.amazonaws.com/dev/orders/2UJuYiRSoBMgAiXg7jBp0V0UqxU' \
-H 'accept: application/json' \
-H 'Content-Type: application/json' \
-d '{
"username": "john",
"status": "CANCEL"
}'
