gcloud functions deploy label --trigger-topic orders
gcloud functions deploy safe_label --trigger-topic orders
